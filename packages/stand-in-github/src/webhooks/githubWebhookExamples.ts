import { readFileSync } from 'node:fs';

interface ExamplesOfEvent {
  name: string;
  examples: Record<string, unknown>[];
}

let loaded: ExamplesOfEvent[] | undefined;

function load(): ExamplesOfEvent[] {
  if (!loaded) {
    const file =
      require.resolve('@octokit/webhooks-examples/api.github.com/index.json');
    loaded = JSON.parse(readFileSync(file, 'utf8')) as ExamplesOfEvent[];
  }
  return loaded;
}

/** Names of all events of which GitHub shows payloads. */
export function githubWebhookEvents(): string[] {
  return load().map(({ name }) => name);
}

/** GitHub's own payloads of an event, to be changed at will. */
export function githubWebhookExamples(
  event: string,
): Record<string, unknown>[] {
  const found = load().find(({ name }) => name === event);
  if (!found) {
    throw new Error(`GitHub shows no payloads of the event ${event}`);
  }
  return structuredClone(found.examples);
}

/**
 * GitHub's own payload of an event and action that came from an installation
 * of an App, to be changed at will.
 */
export function githubWebhookExample(
  event: string,
  action: string,
): Record<string, unknown> {
  const examples = githubWebhookExamples(event).filter(
    example => example.action === action,
  );
  const found = examples.find(example => example.installation) ?? examples[0];
  if (!found) {
    throw new Error(`GitHub shows no payload of ${event} ${action}`);
  }
  return found;
}
