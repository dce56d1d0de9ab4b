import { validate } from 'jsonschema';
import yaml from 'yaml';
import { RUN_ID } from '../__testUtils__/records';
import { servicesFor } from '../__testUtils__/runAction';
import { createWorkflowWaitAction } from './workflowWait';
import { examples } from './workflowWait.examples';

const action = createWorkflowWaitAction(servicesFor('http://localhost'));

describe(`the examples of ${action.id}`, () => {
  it.each(examples)('$description', ({ example }) => {
    const rendered = example.replace(/\$\{\{.*\}\}/g, RUN_ID);
    const [step] = yaml.parse(rendered).steps;

    expect(step.action).toBe(action.id);
    expect(validate(step.input, action.schema!.input!).errors).toEqual([]);
  });
});
