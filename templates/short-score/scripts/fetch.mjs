// Downloads one file, proves that it is whole, and stores it as text. What the server says becomes the exit
// status sluice knows: 75 not there yet, ask again · 66 gone for good · 1 wrong, somebody must look.
import { SOURCES } from './sources.mjs';
import { writeOutput } from './folders.mjs';
import { isZip, unzipOnly } from './zip.mjs';

const NOT_READY = 75;
const NO_DATA = 66;
const TIMEOUT_SECONDS = 120;

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

async function download() {
  try {
    // The SEC answers 403 to clients that do not say who they are.
    const headers = { 'user-agent': contact ? `short-score (${contact})` : 'short-score' };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000) });
    if (!response.ok) refuse(response.status);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    return end(NOT_READY, `${url}: ${error.cause?.message ?? error.message}; asked again later`);
  }
}

function refuse(status) {
  // The publishers' servers say 403 or 404 for a file that is not out yet. A date without a file for ever (a
  // holiday) is the calendar's business; one that never comes is what `deadline` is for.
  if (status === 403 || status === 404)
    end(NOT_READY, `${file} is not there yet: HTTP ${status} from ${url}`);
  if (status === 410) end(NO_DATA, `${file} is gone for good: HTTP 410 from ${url}`);
  if (status === 429 || status >= 500) end(NOT_READY, `HTTP ${status} from ${url}; asked again later`);
  end(1, `HTTP ${status} from ${url}`);
}

function end(status, message) {
  console.error(message);
  process.exit(status);
}
