// Downloads one file, proves that it is whole, and stores it as text. What the server says becomes the exit
// status sluice knows: 75 not there yet, ask again · 66 gone for good · 1 wrong, somebody must look.
import { setTimeout as sleep } from 'node:timers/promises';
import { SOURCES } from './sources.mjs';
import { writeOutput } from './folders.mjs';
import { isZip, unzipOnly } from './zip.mjs';

const NOT_READY = 75;
const NO_DATA = 66;
const TIMEOUT_SECONDS = 120;
const TRIES = 3;
const PAUSE_SECONDS = Number(process.env.FETCH_PAUSE_SECONDS ?? 2);

const {
  FETCH_URL: url,
  FETCH_FORMAT: format,
  FETCH_PARTITION: partition,
  FETCH_CONTACT: contact,
} = process.env;
const file = new URL(url).pathname.split('/').at(-1);

const bytes = await download();
try {
  const parse = SOURCES[format];
  if (parse === undefined)
    throw new Error(`its format is to be one of ${Object.keys(SOURCES).join(', ')}, found ${format}`);
  // The SEC's descriptions are not always UTF-8; no column that counts has a letter beyond ASCII.
  const text = (isZip(bytes) ? unzipOnly(bytes) : bytes).toString('latin1');
  const rows = parse(text, partition);
  writeOutput('source.txt', text);
  console.log(`${file}: ${rows.length} rows, ${bytes.length} bytes, whole`);
} catch (error) {
  end(1, `${file} of ${partition}: ${error.message} (${bytes.length} bytes from ${url})`);
}

/** Passing trouble is tried again here, a moment later, before the whole task is put off. */
async function download() {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    if (answer.trouble === undefined) return answer.bytes;
    if (attempt === TRIES) return end(NOT_READY, `${answer.trouble}; asked again later`);
    console.error(`${answer.trouble}; once more`);
    await sleep(attempt * PAUSE_SECONDS * 1000);
  }
}

async function ask() {
  try {
    // The SEC answers 403 to clients that do not say who they are.
    const headers = { 'user-agent': contact ? `short-score (${contact})` : 'short-score' };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000) });
    if (response.ok) return { bytes: Buffer.from(await response.arrayBuffer()) };
    if (response.status === 429 || response.status >= 500)
      return { trouble: `HTTP ${response.status} from ${url}` };
    return refuse(response.status);
  } catch (error) {
    return { trouble: `${url}: ${error.cause?.message ?? error.message}` };
  }
}

function refuse(status) {
  // The publishers' servers say 403 or 404 for a file that is not out yet. A date without a file for ever (a
  // holiday) is the calendar's business; one that never comes is what `deadline` is for.
  if (status === 403 || status === 404)
    end(NOT_READY, `${file} is not there yet: HTTP ${status} from ${url}`);
  if (status === 410) end(NO_DATA, `${file} is gone for good: HTTP 410 from ${url}`);
  return end(1, `HTTP ${status} from ${url}`);
}

function end(status, message) {
  console.error(message);
  process.exit(status);
}
