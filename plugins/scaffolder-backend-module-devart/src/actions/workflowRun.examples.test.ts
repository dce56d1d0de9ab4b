import { validate } from 'jsonschema';
import yaml from 'yaml';
import { servicesFor } from '../__testUtils__/runAction';
import { createWorkflowRunAction } from './workflowRun';
import { examples } from './workflowRun.examples';

const action = createWorkflowRunAction(servicesFor('http://localhost'));

describe(`the examples of ${action.id}`, () => {
  it.each(examples)('$description', ({ example }) => {
    const [step] = yaml.parse(example).steps;

    expect(step.action).toBe(action.id);
    expect(validate(step.input, action.schema!.input!).errors).toEqual([]);
  });
});
