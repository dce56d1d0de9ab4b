import { anAgent } from '../__testUtils__/samples';
import {
  allowedModelsOfForm,
  formOfAgent,
  problemsOfAgentForm,
} from './agentFormModel';

describe('the models in the form of an agent', () => {
  it.each([
    [undefined, null],
    [[], []],
    [
      ['openai/*', 'gpt-5-mini'],
      ['openai/*', 'gpt-5-mini'],
    ],
  ])('stay as they were when nobody changes them: %j', (before, after) => {
    const form = formOfAgent({ ...anAgent(), allowedModels: before });
    expect(allowedModelsOfForm(form)).toEqual(after);
    expect(problemsOfAgentForm(form)).toEqual({});
  });

  it('are told when they are no names', () => {
    const form = { ...formOfAgent(anAgent()), allowedModels: 'gpt-5, ?!' };
    expect(problemsOfAgentForm(form).allowedModels).toContain(
      'must be a model',
    );
  });
});
