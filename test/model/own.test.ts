import { join, relative } from 'node:path';
import type { Node } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { API, type Checker } from 'typescript/unstable/sync';
import { describe, expect, it } from 'vitest';
import { own, setOwn } from '../../runner/model/own.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('a member by a name from outside', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    '%s is only found where it was set',
    (name) => {
      const object: Record<string, string> = {};
      expect(own(object, name)).toBeUndefined();
      setOwn(object, name, 'set');
      expect(own(object, name)).toBe('set');
      expect(Object.entries(object)).toEqual([[name, 'set']]);
    },
  );

  it('is read and written through own and setOwn everywhere', () => {
    const api = new API();
    try {
      const snapshot = api.updateSnapshot({ openProjects: [join(ROOT, 'tsconfig.json')] });
      const [project] = snapshot.getProjects();
      if (project === undefined) throw new Error('no project');
      const { program, checker } = project;
      const files = program
        .getSourceFileNames()
        .filter((name) => relative(ROOT, name).startsWith('runner') && !name.endsWith('/model/own.ts'));
      expect(files.length).toBeGreaterThan(300);
      const found = files.flatMap((name) => {
        const file = program.getSourceFile(name);
        if (file === undefined) return [];
        const where = (node: Node) =>
          `${relative(ROOT, name)}:${file.text.slice(0, node.getStart()).split('\n').length} ${node.getText()}`;
        return lookups(file, checker).map(where);
      });
      expect(found).toEqual([]);
    } finally {
      api.close();
    }
  });
});

/** `object[name]` and `name in object` where the object's type takes any text as a name. */
function lookups(file: Node, checker: Checker): readonly Node[] {
  const nodes: { readonly node: Node; readonly object: Node }[] = [];
  const visit = (node: Node): void => {
    if (is.isElementAccessExpression(node)) {
      const { argumentExpression: name } = node;
      if (!is.isStringLiteral(name) && !is.isNumericLiteral(name))
        nodes.push({ node, object: node.expression });
    } else if (is.isBinaryExpression(node) && node.operatorToken.getText() === 'in') {
      if (!is.isStringLiteral(node.left)) nodes.push({ node, object: node.right });
    }
    node.forEachChild(visit);
  };
  visit(file);
  const types = nodes.length === 0 ? [] : checker.getTypeAtLocation(nodes.map(({ object }) => object));
  return nodes.flatMap(({ node }, at) => {
    const type = types[at];
    const some = type === undefined ? undefined : checker.getNonNullableType(type);
    const infos = some === undefined ? [] : checker.getIndexInfosOfType(some);
    return infos.some((info) => checker.typeToString(info.keyType) === 'string') ? [node] : [];
  });
}
