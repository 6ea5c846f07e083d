import type Dockerode from 'dockerode';
import { pack } from 'tar-stream';
import { findImage } from '../images/find-image.ts';
import { HOLDER_COMMAND, holderProgram } from './holder-program.ts';
import { engineMessages } from '../connection/message-stream.ts';

/** Raised when the program changes: an engine may hold an older one. */
const VERSION = 1;

/** The id of the holder's image, imported from a few hundred bytes where the engine has it not yet. */
export async function ensureHolderImage(
  docker: Dockerode,
  architecture: string,
): Promise<string | undefined> {
  const program = holderProgram(architecture);
  if (program === undefined) return undefined;
  const name = `localhost/sluice-holder:${VERSION}-${architecture}`;
  const found = await findImage(docker, name, undefined);
  if (found !== undefined) return found;
  const archive = pack();
  archive.entry({ name: HOLDER_COMMAND.slice(1), mode: 0o755 }, program);
  archive.finalize();
  // Podman does not know a tag apart from the name.
  const answer = await docker.importImage(archive as unknown as NodeJS.ReadableStream, { repo: name });
  for await (const message of engineMessages(answer)) {
    if (message.error !== undefined) throw new Error(`importing ${name} failed: ${message.error}`);
  }
  return findImage(docker, name, undefined);
}
