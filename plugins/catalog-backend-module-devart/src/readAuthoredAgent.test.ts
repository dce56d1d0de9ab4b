import { readAuthoredAgent } from './readAuthoredAgent';

const entity = (
  metadata: object,
  spec: Record<string, string> = { owner: 'team' },
) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'AiResource',
  metadata: { name: 'reviewer', ...metadata },
  spec: { type: 'agent', lifecycle: 'production', ...spec },
});

describe('readAuthoredAgent', () => {
  it('reads references from where the file stands', () => {
    expect(
      readAuthoredAgent(entity({ namespace: 'sales', description: ' Reads ' })),
    ).toEqual({
      name: 'reviewer',
      entityRef: 'airesource:sales/reviewer',
      description: 'Reads',
      owner: 'group:sales/team',
    });
  });

  it('takes the newer annotation before the older one', () => {
    const annotations = {
      'ai-agent.io/capabilities': 'old',
      'devart.ai/capabilities': 'B, a,,b',
    };

    expect(readAuthoredAgent(entity({ annotations })).capabilities).toEqual([
      'a',
      'b',
    ]);
  });

  it('tells an empty list of capabilities from none', () => {
    const annotations = { 'devart.ai/capabilities': '' };

    expect(readAuthoredAgent(entity({ annotations })).capabilities).toEqual([]);
    expect(readAuthoredAgent(entity({})).capabilities).toBeUndefined();
  });

  it.each([
    [
      { annotations: { 'devart.ai/capabilities': 'two words' } },
      'capabilities.0',
    ],
    [{ description: 'x'.repeat(2001) }, 'description'],
  ])('names what cannot be taken over', (metadata, field) => {
    expect(() => readAuthoredAgent(entity(metadata))).toThrow(field);
  });
});
