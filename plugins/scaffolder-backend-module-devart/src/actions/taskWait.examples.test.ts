import { validate } from 'jsonschema';
import yaml from 'yaml';
import { TASK_ID } from '../__testUtils__/records';
import { servicesFor } from '../__testUtils__/runAction';
import { createTaskWaitAction } from './taskWait';
import { examples } from './taskWait.examples';

const action = createTaskWaitAction(servicesFor('http://localhost'));

describe(`the examples of ${action.id}`, () => {
  it.each(examples)('$description', ({ example }) => {
    const rendered = example.replace(/\$\{\{.*\}\}/g, TASK_ID);
    const [step] = yaml.parse(rendered).steps;

    expect(step.action).toBe(action.id);
    expect(validate(step.input, action.schema!.input!).errors).toEqual([]);
  });
});
