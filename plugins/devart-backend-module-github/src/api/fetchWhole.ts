const STATUSES_WITHOUT_BODY = [204, 205, 304];

/**
 * A fetch for GitHub's API that fails where Octokit would make something of
 * what is no answer: after `timeoutMs`, when the connection breaks within an
 * answer, and when a proxy answers with a page of its own.
 */
export function createFetchWhole(timeoutMs: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, {
      ...init,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await response.arrayBuffer();
    const isEmpty = STATUSES_WITHOUT_BODY.includes(response.status);
    const contentType = response.headers.get('content-type') ?? 'nothing';
    if (response.ok && !isEmpty && !/^application\/json\b/.test(contentType)) {
      throw new Error(`what answers sends ${contentType} and is not GitHub`);
    }
    const whole = new Response(isEmpty ? undefined : body, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
    // A constructor cannot set it, and pages are found from it.
    return Object.defineProperty(whole, 'url', { value: response.url });
  };
}
