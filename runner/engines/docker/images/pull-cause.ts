import type { Cause } from '../../../model/cause.ts';

/** What an engine answered to a pull that did not succeed. */
export interface PullFailure {
  /** HTTP status of the engine's answer; undefined when the words came inside the stream. */
  readonly status: number | undefined;
  readonly message: string;
}

/** What is known of the pull, for the words. */
export interface PullContext {
  readonly reference: string;
  readonly registry: string;
  readonly platform: string | undefined;
  /** Where the login that was sent came from; undefined: none was found. */
  readonly loginFrom: string | undefined;
  /** Why a login could not be read, if so. */
  readonly loginTrouble: string | undefined;
}

/**
 * The engine passes a registry's refusal on in words, with a status that differs between engines and versions
 * (Docker 20.10 answers 500 to missing credentials, 404 to a denied pull; Podman 200 and an error in the stream).
 * So the words decide first, most telling ones first, then the status.
 */
export function pullCause(failure: PullFailure, context: PullContext): Cause {
  const { status, message } = failure;
  const words = message.trim();
  if (/toomanyrequests|too many requests|rate limit/i.test(words)) {
    return failed(
      context,
      `${context.registry} limits how often it answers (${words}); a login raises the limit`,
      true,
    );
  }
  if (/no space left on device|disk quota exceeded/i.test(words)) {
    return failed(
      context,
      `the engine's disk is full; free some, for example by "docker image prune"`,
      false,
    );
  }
  if (/HTTP response to HTTPS client/i.test(words)) {
    return failed(
      context,
      `${context.registry} speaks plain HTTP; add it to "insecure-registries" of the engine's daemon.json`,
      false,
    );
  }
  if (/x509|certificate/i.test(words)) {
    return failed(context, `the engine does not trust ${context.registry}'s certificate: ${words}`, false);
  }
  if (/no (?:matching manifest|image found in .*) for|does not match the specified platform/i.test(words)) {
    return missing(
      `${context.reference} exists, but not for ${context.platform ?? "this engine's platform"}: ${words}`,
    );
  }
  const asksLogin =
    /unauthorized|access denied|no basic auth credentials|authentication required|incorrect username or password|forbidden|denied:|access to the resource is denied|invalid username\/password/i;
  if (asksLogin.test(words) || status === 401 || status === 403) return denied(context, words);
  if (/manifest unknown|name unknown|not found|no such image|does not exist/i.test(words) || status === 404) {
    return missing(`${context.registry} has no ${context.reference} (${words}); look at its name and tag`);
  }
  return failed(context, words, true);
}

function denied(context: PullContext, words: string): Cause {
  const { reference, registry, loginFrom, loginTrouble } = context;
  const login = `docker login${registry === 'docker.io' ? '' : ` ${registry}`}`;
  const why =
    loginFrom === undefined
      ? `no login for it was found`
      : `the login in ${loginFrom} was refused, or may not read it`;
  const also = loginTrouble === undefined ? '' : `; ${loginTrouble}`;
  return {
    kind: 'pull-denied',
    message: `${registry} refused ${reference}: ${why}${also}. Log in by "${login}", and look at the name: registries refuse what does not exist in the same words (${words})`,
    transient: false,
  };
}

function missing(message: string): Cause {
  return { kind: 'image-missing', message, transient: false };
}

function failed(context: PullContext, why: string, transient: boolean): Cause {
  return { kind: 'pull-failed', message: `pulling ${context.reference} failed: ${why}`, transient };
}
