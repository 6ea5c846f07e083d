import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { S3Settings } from '../../model/store-ref.ts';
import { watchDates } from './answer.ts';
import { readListings } from './listing-answer.ts';
import { createRetryStrategy } from './retry.ts';
import type { Endpoint } from './send.ts';

export interface Clients {
  readonly quick: S3Client;
  /** For requests that a server may work on for minutes before it says a word: copies, completed uploads. */
  readonly patient: S3Client;
  /** Of the bucket; undefined until `quick` has looked it up for a request, in its settings, environment and files. */
  readonly endpoint: () => Endpoint | undefined;
}

const CONNECT_MILLISECONDS = 10_000;
const IDLE_MILLISECONDS = 30_000;
const PATIENT_IDLE_MILLISECONDS = 15 * 60_000;
const MAX_FREE_SOCKETS = 64;

/** Credentials, profile, proxies of credentials, endpoint and region that `settings` leave out are the SDK's. */
export async function createClients(settings: S3Settings): Promise<Clients> {
  silenceNotice();
  const { endpoint } = settings;
  const isElsewhere =
    (endpoint ?? process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']) !== undefined;
  const config: S3ClientConfig = {
    ...(endpoint !== undefined && { endpoint }),
    ...(settings.region !== undefined && { region: settings.region }),
    forcePathStyle: settings.pathStyle ?? isElsewhere,
    retryStrategy: createRetryStrategy(),
    // It costs a round trip for each part and, in this SDK, a connection.
    expectContinueHeader: false,
  };
  const first = new S3Client(withHandler(config, IDLE_MILLISECONDS));
  const region = await first.config.region().catch((error: unknown) => {
    if (isElsewhere) return 'us-east-1';
    throw error;
  });
  const settled = { ...config, region, credentials: first.config.credentials };
  let found: Endpoint | undefined;
  const quick = new S3Client({
    ...withHandler(settled, IDLE_MILLISECONDS),
    endpointProvider: (...given) => (found = first.config.endpointProvider(...given)),
  });
  watchDates(quick);
  readListings(quick);
  const patient = new S3Client(withHandler(settled, PATIENT_IDLE_MILLISECONDS));
  return { quick, patient, endpoint: () => found };
}

/**
 * No limit on sockets: a body that is being read holds one for as long as its reader likes, and its reader may be
 * waiting for another request. Requests are counted instead.
 */
function withHandler(config: S3ClientConfig, idleMilliseconds: number): S3ClientConfig {
  const agent = { keepAlive: true, maxFreeSockets: MAX_FREE_SOCKETS };
  return {
    ...config,
    requestHandler: new NodeHttpHandler({
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
      connectionTimeout: CONNECT_MILLISECONDS,
      socketTimeout: idleMilliseconds,
    }),
  };
}

/** The SDK's own switch for its notice about old versions of Node, on which users of a bundle cannot act. */
export function silenceNotice(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}
