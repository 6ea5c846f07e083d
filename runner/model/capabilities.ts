/** What an engine says of itself; what its adapter needs beyond that, the adapter knows. */
export interface Capabilities {
  /** For example `docker 20.10.24`; shown and recorded, never branched on. */
  readonly engine: string;
  readonly apiVersion: string;
  readonly os: string;
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}
