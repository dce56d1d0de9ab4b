import http from 'node:http';

/**
 * A model in a process of its own that answers after 20 ms, whole or as a
 * stream. It does nothing else, so that what is measured is the way to it.
 */
const ANSWER_AFTER_MS = 20;
const WORDS = 'A gateway passes calls on and says what they cost .'.split(' ');

const usage = {
  prompt_tokens: 20,
  completion_tokens: WORDS.length,
  total_tokens: 20 + WORDS.length,
};

const common = { id: 'chatcmpl-bench', created: 1_700_000_000, model: 'bench' };

const whole = JSON.stringify({
  ...common,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: WORDS.join(' ') },
      finish_reason: 'stop',
    },
  ],
  usage,
});

function event(choices: unknown[], more: object = {}): string {
  const chunk = {
    ...common,
    object: 'chat.completion.chunk',
    choices,
    ...more,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

const events = [
  ...WORDS.map(word =>
    event([{ index: 0, delta: { content: `${word} ` }, finish_reason: null }]),
  ),
  event([{ index: 0, delta: {}, finish_reason: 'stop' }]),
];
const usageEvent = event([], { usage });
const end = 'data: [DONE]\n\n';

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', chunk => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/v1/models') {
      response.setHeader('content-type', 'application/json');
      response.end(
        '{"object":"list","data":[{"id":"bench","object":"model"}]}',
      );
      return;
    }
    const body = JSON.parse(Buffer.concat(chunks).toString());
    setTimeout(() => {
      if (!body.stream) {
        response.setHeader('content-type', 'application/json');
        response.end(whole);
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const one of events) {
        response.write(one);
      }
      if (body.stream_options?.include_usage) {
        response.write(usageEvent);
      }
      response.end(end);
    }, ANSWER_AFTER_MS);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), '127.0.0.1');
