import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseWorkflow } from './parseWorkflow';
import { WorkflowProgram } from './WorkflowProgram';

const EXAMPLES = resolve(__dirname, '../../../../../examples/workflows');

describe('workflows that ship', () => {
  const files = readdirSync(EXAMPLES).filter(name => name.endsWith('.yaml'));

  it.each(files)('%s', name => {
    const source = readFileSync(resolve(EXAMPLES, name), 'utf8');
    const { problems, document } = parseWorkflow(source);
    expect(problems).toEqual([]);
    const program = WorkflowProgram.compile(document!);
    expect(program.steps.length).toBeGreaterThan(3);
  });
});
