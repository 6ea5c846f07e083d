import type Dockerode from 'dockerode';
import type { StoreRef } from '../../../model/store-ref.ts';
import type { ObjectStore } from '../../../ports.ts';
import { probe, type EngineFacts } from './capabilities.ts';
import type { Connection } from './connect.ts';
import { createContentCache, type ContentCache } from '../content-cache/content-cache.ts';
import { startHeartbeat, type HeartbeatOptions } from './heartbeat.ts';
import { ensureHolderImage } from '../holder/holder-image.ts';
import { createHolders, type Holders } from '../holder/holder.ts';
import { createImageFacts, type ImageFacts } from '../images/image-facts.ts';
import { createImages, type Images } from '../images/images.ts';
import { removeAtLast } from '../container/last-removal.ts';
import { createMounts, type Mounts } from '../transfer/mounts.ts';
import { createTransferBudget, type TransferBudget } from '../transfer/transfer-budget.ts';

export interface Timing {
  readonly heartbeat: HeartbeatOptions;
  /** A container is followed only if it is watched and still runs then. */
  readonly followAfterSeconds: number;
  /** Between TERM and KILL. */
  readonly timeoutGraceSeconds: number;
  readonly cancelGraceSeconds: number;
}

export const TIMING: Timing = {
  heartbeat: { everySeconds: 15, answerSeconds: 15, misses: 3 },
  followAfterSeconds: 2,
  timeoutGraceSeconds: 10,
  cancelGraceSeconds: 5,
};

/** Where inputs from afar are kept, and how much of them. */
export interface CacheSettings {
  readonly folder: string;
  readonly sizeBytes?: number;
}

/** All that lives as long as the connection to one engine. */
export interface Session {
  readonly docker: Dockerode;
  readonly facts: EngineFacts;
  readonly images: Images;
  readonly imageFacts: (id: string, signal: AbortSignal) => Promise<ImageFacts>;
  readonly holders: Holders;
  readonly mounts: Mounts;
  readonly transferBudget: TransferBudget;
  /** Undefined: none is wanted. */
  readonly cache: ContentCache | undefined;
  /** Containers that could not be removed in their time. */
  readonly leftovers: Set<string>;
  readonly openStore: (ref: StoreRef) => ObjectStore | Promise<ObjectStore>;
  /** Aborted when the engine does not answer any more. */
  readonly lost: AbortSignal;
  readonly timing: Timing;
  close(): Promise<void>;
}

export async function openSession(
  connection: Connection,
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly openStore: Session['openStore'];
    readonly timing: Timing;
    readonly cache?: CacheSettings;
  },
): Promise<Session> {
  const { docker } = connection;
  const facts = await probe(connection, (architecture) => ensureHolderImage(docker, architecture));
  const heartbeat = startHeartbeat(docker, options.timing.heartbeat);
  const holders = createHolders(docker, facts.capabilities);
  const leftovers = new Set<string>();
  const cache = options.cache === undefined ? undefined : createContentCache(options.cache);
  return {
    docker,
    facts,
    images: createImages(docker, { env: options.env }),
    imageFacts: createImageFacts(docker),
    holders,
    leftovers,
    mounts: createMounts(docker, facts, heartbeat.lost),
    transferBudget: createTransferBudget(),
    cache,
    openStore: options.openStore,
    lost: heartbeat.lost,
    timing: options.timing,
    async close() {
      heartbeat.stop();
      await cache?.close();
      // Of an engine that is lost nothing can be asked; what it still has is the next sweep's.
      if (!heartbeat.lost.aborted) {
        await Promise.all([...leftovers].map((id) => removeAtLast(docker, id)));
        await holders.close();
      }
      connection.close();
    },
  };
}
