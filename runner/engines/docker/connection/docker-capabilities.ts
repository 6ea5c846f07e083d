import type { Capabilities } from '../../../model/capabilities.ts';

/** What an engine that speaks Docker's API can do: probed once, passed as data. No code asks for an engine's name. */
export interface DockerCapabilities extends Capabilities {
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
}
