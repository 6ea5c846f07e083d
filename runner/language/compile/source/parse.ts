import type { Budget } from '../../budget.ts';
import { parseDocument } from '../../document.ts';
import type { ParsedDocument } from '../../document.ts';
import { pipelineFile } from '../../schema/pipeline.ts';
import { projectFile } from '../../schema/project.ts';
import { reusableFile } from '../../schema/reusable.ts';
import type { TextShape } from '../../schema/shape/shape.ts';
import { reportNoFile } from './no-file.ts';
import type { Node } from './node.ts';
import type { ProblemReport } from './problem-report.ts';
import type { Tree } from './tree.ts';

/** `parseDocument` with its shape; what a shape stands for is no more to compiling than plain values. */
type Parse = (
  text: string,
  file: string,
  budget: Budget,
) => Omit<ParsedDocument<TextShape>, 'value'> & { readonly value: unknown };

const SHAPES: Readonly<Record<'project' | 'pipeline' | 'reusable', Parse>> = {
  project: (text, file, budget) => parseDocument(text, file, projectFile, budget),
  pipeline: (text, file, budget) => parseDocument(text, file, pipelineFile, budget),
  reusable: (text, file, budget) => parseDocument(text, file, reusableFile, budget),
};

/** A file of the project read by its shape; what is wrong in it is reported and left out. */
export async function parseFile(
  file: string,
  shape: keyof typeof SHAPES,
  tree: Tree,
  report: ProblemReport,
): Promise<Node | undefined> {
  const start = { file, whole: true } as const;
  report.budget.begin(`${file} was read`);
  const bytes = await tree.read(file);
  if (bytes === undefined) {
    const fix = 'Check its spelling.';
    await reportNoFile(start, { path: file, noun: 'file', fix }, tree, report);
    return undefined;
  }
  const content = decode(bytes);
  if (content === undefined) {
    report.error(start, 'file-unreadable', 'expected a text in UTF-8, found other bytes', {
      fix: 'Save the file as UTF-8.',
    });
    return undefined;
  }
  const document = SHAPES[shape](content, file, report.budget);
  // A `sluice.yaml` may be there only to mark the root.
  const mayBeEmpty = shape === 'project';
  report.add(document.problems.filter((problem) => !(mayBeEmpty && problem.code === 'empty-file')));
  // Left out where it grew too large: it would only seem to be missing.
  const isWhole = document.problems.every(({ code }) => code !== 'too-many-aliases' && code !== 'too-many');
  if (document.value === undefined || !isWhole) return undefined;
  return { value: document.value, path: [], document: { ...document, file } };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
