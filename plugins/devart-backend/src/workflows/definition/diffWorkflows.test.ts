import { diffWorkflows } from './diffWorkflows';
import { parseWorkflow } from './parseWorkflow';

function version(source: string) {
  const { problems, document } = parseWorkflow(source);
  expect(problems).toEqual([]);
  return { document: document!, source };
}

const OLD = `apiVersion: devart.ai/v1alpha1
kind: Workflow
metadata: { name: sample, title: Sample }
spec:
  version: 1.0.0
  steps:
    - id: a
      task: { title: A, capabilities: [a] }
    - id: b
      task: { title: B, capabilities: [b] }
    - id: c
      needs: [a, b]
      wait: { for: 1s }
    - id: gone
      wait: { for: 1s }
`;

const NEW = `apiVersion: devart.ai/v1alpha1
kind: Workflow
metadata: { title: Example, name: sample }
spec:
  timeout: 1h
  version: 1.1.0
  steps:
    - task: { capabilities: [a], title: A }
      id: a
    - id: c
      needs: [b, a]
      wait: { for: 1s }
    - id: b
      if: always()
      needs: a
      task: { title: Better, capabilities: [b] }
    - id: new
      wait: { for: 1s }
`;

describe('diffWorkflows', () => {
  it('compares by meaning', () => {
    const diff = diffWorkflows(version(OLD), version(NEW));
    expect(diff).toMatchObject({ from: '1.0.0', to: '1.1.0' });
    expect(diff.steps).toEqual([
      { id: 'b', change: 'changed', fields: ['if', 'needs', 'task.title'] },
      { id: 'new', change: 'added', fields: [] },
      { id: 'gone', change: 'removed', fields: [] },
    ]);
    expect(diff.fields).toEqual(['metadata.title', 'timeout']);
  });

  it('shows the lines of both sources', () => {
    const { lines } = diffWorkflows(version(OLD), version(NEW));
    const side = (other: string) =>
      lines
        .filter(({ kind }) => kind !== other)
        .map(({ text }) => text)
        .join('\n');
    expect(side('added')).toBe(OLD.trimEnd());
    expect(side('removed')).toBe(NEW.trimEnd());
    expect(lines[0]).toEqual({
      kind: 'same',
      text: 'apiVersion: devart.ai/v1alpha1',
    });
  });

  it('finds nothing between a version and itself', () => {
    const { steps, fields, lines } = diffWorkflows(version(OLD), version(OLD));
    expect({ steps, fields }).toEqual({ steps: [], fields: [] });
    expect(lines.every(({ kind }) => kind === 'same')).toBe(true);
  });
});
