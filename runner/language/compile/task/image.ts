import { posix } from 'node:path';
import type { Image } from '../../../model/pipeline.ts';
import { child, isMapNode, members, scalarText, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import { projectPath } from '../source/path.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import type { Tree } from '../source/tree.ts';
import { reportOddEntry } from '../source/no-file.ts';

/** `image:` as a reference, a path to a Dockerfile, or `{ build, args }`. */
export async function compileImage(
  node: Node | undefined,
  tree: Tree,
  report: ProblemReport,
): Promise<Image | undefined> {
  if (node === undefined) return undefined;
  const written = isMapNode(node) ? child(node, 'dockerfile') : node;
  const reference = text(written);
  if (written === undefined || reference === undefined) return undefined;
  const isPath =
    isMapNode(node) || /^\.{0,2}\//.test(reference) || /(^|\/)Dockerfile(\.[\w.-]+)?$/.test(reference);
  if (!isPath) return checkReference(written, reference, report);
  const path = await findDockerfile(written, reference, tree, report);
  const args = members(child(node, 'build-args')).flatMap(([name, value]) => {
    const argument = scalarText(value);
    return argument === undefined ? [] : [[name, argument] as const];
  });
  if (path === undefined) return undefined;
  const target = scalarText(child(node, 'target'));
  return {
    kind: 'dockerfile',
    path,
    buildArgs: Object.fromEntries(args),
    ...(target === undefined ? {} : { target }),
  };
}

async function findDockerfile(
  node: Node,
  written: string,
  tree: Tree,
  report: ProblemReport,
): Promise<string | undefined> {
  if (written.includes('${{')) {
    report.error(
      node,
      'image-invalid',
      "the path of a Dockerfile can't hold ${{ }}: it is built before anything runs",
      {
        fix: 'Write the path out; what varies goes into `build-args` or `env`.',
      },
    );
    return undefined;
  }
  const path = projectPath(node, written, report);
  if (path === undefined) return undefined;
  const kind = await tree.kindOf(path);
  switch (kind) {
    case 'file':
      return path;
    case 'folder': {
      const inside = posix.join(path, 'Dockerfile');
      report.error(node, 'image-invalid', `${written} is a folder: expected a Dockerfile`, {
        fix:
          (await tree.kindOf(inside)) === 'file'
            ? `Write ./${inside}.`
            : `Create ./${inside} and write that.`,
      });
      return undefined;
    }
    case 'outside':
    case 'broken-link':
    case 'other':
      reportOddEntry(node, written, kind, report);
      return undefined;
    case undefined:
      report.error(node, 'file-not-found', `there is no Dockerfile ${path} in the project`, {
        fix: 'Paths are relative to the project root. For an image by reference, write it without ./ and without Dockerfile.',
      });
      return undefined;
  }
}

const HOST = /^(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9a-f:]+\])(?::\d+)?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

function checkReference(node: Node, written: string, report: ProblemReport): Image {
  const image: Image = { kind: 'reference', reference: written };
  if (written.includes('${{')) return image;
  const [, name = '', tag, digest] = /^(.*?)(?::([^:/@]*))?(?:@(.*))?$/.exec(written) ?? [];
  const parts = name.split('/');
  const first = parts[0] ?? '';
  const hasHost = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasHost ? parts.slice(1) : parts;
  const wrong =
    (hasHost && !HOST.test(first)) ||
    path.some((part) => !COMPONENT.test(part)) ||
    (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) ||
    (digest !== undefined && !/^[a-z0-9+._-]+:[0-9a-fA-F]{32,}$/.test(digest));
  if (wrong) {
    const lower = written.toLowerCase();
    report.error(node, 'image-invalid', `expected an image such as python:3.13-slim, found ${written}`, {
      fix:
        path.join('/') !== path.join('/').toLowerCase()
          ? `Names of images are lower-case: ${lower}.`
          : 'Write [host/]name[:tag][@sha256:…], or a path to a Dockerfile, ./image/Dockerfile.',
    });
  }
  return image;
}
