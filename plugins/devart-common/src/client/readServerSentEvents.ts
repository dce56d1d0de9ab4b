/** An event as it was sent, its data not yet looked at. */
export interface ServerSentEvent {
  event: string;
  data: string;
}

/** No event of the control plane comes near this; more is a peer that never ends its lines. */
const MAX_BUFFERED_CHARACTERS = 64 * 1024 * 1024;

function parse(block: string): ServerSentEvent | undefined {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    // A colon at the beginning makes a comment: that somebody is there.
    if (colon === 0) {
      continue;
    }
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') {
      event = value;
    } else if (field === 'data') {
      data.push(value);
    }
  }
  return data.length > 0 ? { event, data: data.join('\n') } : undefined;
}

/**
 * The events of a `text/event-stream`, as
 * https://html.spec.whatwg.org/multipage/server-sent-events.html describes it.
 * An event that the end of the stream cuts off is not answered.
 */
export async function* readServerSentEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffered = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      buffered += decoder.decode(value, { stream: true });
      // A carriage return at the end may be the first half of a line end.
      const whole = buffered.endsWith('\r')
        ? buffered.length - 1
        : buffered.length;
      buffered =
        buffered.slice(0, whole).replace(/\r\n?/g, '\n') +
        buffered.slice(whole);
      for (;;) {
        const end = buffered.indexOf('\n\n');
        if (end < 0) {
          break;
        }
        const event = parse(buffered.slice(0, end));
        buffered = buffered.slice(end + 2);
        if (event) {
          yield event;
        }
      }
      if (buffered.length > MAX_BUFFERED_CHARACTERS) {
        throw new Error('An event of the stream is too long');
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
