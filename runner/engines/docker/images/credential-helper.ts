import { spawn } from 'node:child_process';

/** A login as the engine's API takes it. */
export type Login =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

/** A helper that could not be asked; `message` names it. */
export class HelperError extends Error {
  override readonly name = 'HelperError';
}

const NO_LOGIN = /credentials not found|not found in native keychain/i;
/** What helpers are known to say. All else on standard output may hold the secret, and is not repeated. */
const KNOWN_TROUBLE =
  /(?:the )?(?:keychain|keyring|collection|password store) is (?:locked|not initialized|empty)|user (?:interaction is not allowed|cancel\w+(?: the operation)?)|no credentials (?:server URL|username)|gpg: decryption failed(?:: [\w ]+)?|cannot autolaunch D-Bus/i;
const MAX_ANSWER_BYTES = 1_000_000;

/**
 * Asks `docker-credential-<helper> get`: the server on standard input, JSON back. Undefined where the helper has
 * no login for it; by convention it says so on standard output, with a status other than 0.
 */
export async function askHelper(
  helper: string,
  server: string,
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly timeoutSeconds: number;
    readonly signal?: AbortSignal;
  },
): Promise<Login | undefined> {
  const program = `docker-credential-${helper}`;
  if (!/^[\w.-]+$/.test(helper)) throw new HelperError(`"${helper}" is not the name of a credential helper`);
  const { status, stdout, stderr } = await exchange(program, server, options);
  if (status !== 0) {
    if (NO_LOGIN.test(stdout)) return undefined;
    const words = KNOWN_TROUBLE.exec(stdout)?.[0] ?? stderr.trim();
    const ended = `${program} get ended with status ${status}`;
    if (words !== '') throw new HelperError(`${ended}: ${words}`);
    // It had its reasons to say, but what it said is not for a log.
    throw new HelperError(stdout.trim() === '' ? ended : `${ended}; run it by hand for what it says`);
  }
  return readAnswer(program, server, stdout);
}

function readAnswer(program: string, server: string, stdout: string): Login {
  let answer: { Username?: unknown; Secret?: unknown };
  try {
    answer = JSON.parse(stdout) as typeof answer;
  } catch {
    // What came may hold the secret: it is not repeated.
    throw new HelperError(`${program} get answered something other than JSON`);
  }
  const { Username: username, Secret: secret } = answer ?? {};
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw new HelperError(`${program} get answered without "Username" and "Secret"`);
  }
  return username === '<token>'
    ? { identitytoken: secret, serveraddress: server }
    : { username, password: secret, serveraddress: server };
}

function exchange(
  program: string,
  server: string,
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly timeoutSeconds: number;
    readonly signal?: AbortSignal;
  },
): Promise<{ readonly status: number | string; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const limit = AbortSignal.timeout(options.timeoutSeconds * 1000);
    const child = spawn(program, ['get'], {
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]),
      killSignal: 'SIGKILL',
    });
    const answer = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        if (answer[stream].length < MAX_ANSWER_BYTES) answer[stream] += text;
      });
    }
    // A helper that does not read its input closes it: its status tells enough.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${server}\n`);
    child.on('error', (error: NodeJS.ErrnoException) => {
      // A helper's own children may hold its pipes open after it is killed.
      child.stdout.destroy();
      child.stderr.destroy();
      if (limit.aborted) {
        reject(new HelperError(`${program} get did not answer within ${options.timeoutSeconds} s`));
      } else if (error.code === 'ENOENT') {
        reject(new HelperError(`${program} is not on the PATH`));
      } else {
        reject(new HelperError(`${program} could not be run: ${error.message}`));
      }
    });
    child.on('close', (code, killer) => resolve({ status: code ?? killer ?? 'unknown', ...answer }));
  });
}
