/** What an engine can do: probed once, passed as data. No code asks for an engine's name. */
export interface Capabilities {
  /** For example `docker 20.10.24`; shown and recorded, never branched on. */
  readonly engine: string;
  readonly apiVersion: string;
  readonly os: string;
  readonly architecture: string;
  /** A container can take another's network namespace. */
  readonly sharedNetwork: boolean;
  /** `host-gateway` is understood in extra hosts; else the address to write. */
  readonly hostGateway: { readonly kind: 'name' } | { readonly kind: 'address'; readonly address?: string };
  /** An init process can be asked for. */
  readonly init: boolean;
  /** Says by itself that memory ran out. */
  readonly tellsOom: boolean;
  readonly memoryLimit: boolean;
  readonly cpuLimit: boolean;
  readonly pidsLimit: boolean;
  readonly cpus: number;
  readonly memoryBytes: number;
}
