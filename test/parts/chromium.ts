import { installPackages, programOf } from './packages.ts';

/** A browser, and the arguments with which it starts as root, keeps to itself and asks nothing of the network. */
export async function chromiumPart(): Promise<{
  readonly program: string;
  readonly arguments: readonly string[];
}> {
  await installPackages(['chromium']);
  return {
    program: programOf('chromium'),
    arguments: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  };
}
