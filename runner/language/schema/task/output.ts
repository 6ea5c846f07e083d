import { boolean, list, object, oneOf, template, text } from '../shape/combinators.ts';
import { identifier, outputPath, projectPath } from '../shape/format.ts';

const publish = oneOf(
  template(['params', 'matrix', 'inputs'], { format: projectPath }),
  object('a publication', {
    path: {
      shape: template(['params', 'matrix', 'inputs'], { format: projectPath }),
      required: true,
      description: 'Path below `published/`.',
      example: 'path: reports/latest.html',
    },
    newest: {
      shape: boolean,
      description:
        'The path need not name every key: a later partition replaces an earlier one, never the other way round.',
      default: false,
      example: 'newest: true',
    },
  }),
);

export const outputs = list(
  oneOf(
    template(['params', 'matrix', 'inputs'], { format: outputPath }),
    object('an output', {
      path: {
        shape: template(['params', 'matrix', 'inputs'], { format: outputPath }),
        required: true,
        description:
          'Path or glob below `/outputs`; a trailing `/` means everything below it, a `**` at the end everything that is there, dot files too; `*` takes no dot files.',
        example: 'path: report.html',
      },
      'allow-empty': {
        shape: boolean,
        description: 'A glob that matches nothing, or an empty file, is no failure.',
        default: false,
        example: 'allow-empty: true',
      },
      publish: {
        shape: publish,
        description: 'Also copied to a stable path below `published/`, once it is committed.',
        example: "publish: 'reports/${{ params.date }}.html'",
      },
    }),
    object('a value', {
      value: {
        shape: text({ format: identifier }),
        required: true,
        description: 'Name of a value that the script writes to `$SLUICE_OUTPUT` as `name=value`.',
        example: 'value: symbols',
      },
    }),
  ),
);
