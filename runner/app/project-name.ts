import { basename } from 'node:path';
import type { Project } from '../model/pipeline.ts';

/** By its folder. */
export async function nameOfProject({ root }: Pick<Project, 'root'>): Promise<string> {
  return basename(root);
}
