/** Id of the code host, and source of its webhooks. */
export const GITHUB_HOST_ID = 'github';
