import { validate } from 'jsonschema';
import yaml from 'yaml';
import { servicesFor } from '../__testUtils__/runAction';
import { createReviewRequestAction } from './reviewRequest';
import { examples } from './reviewRequest.examples';

const action = createReviewRequestAction(servicesFor('http://localhost'));

describe(`the examples of ${action.id}`, () => {
  it.each(examples)('$description', ({ example }) => {
    const [step] = yaml.parse(example).steps;

    expect(step.action).toBe(action.id);
    expect(validate(step.input, action.schema!.input!).errors).toEqual([]);
  });
});
