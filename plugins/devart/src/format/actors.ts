/** Who did something, taken apart: what sort of actor, and what to call it. */
export function readActor(actor: string): { kind: string; name: string } {
  const colon = actor.indexOf(':');
  if (colon < 0) {
    return { kind: 'system', name: actor };
  }
  const kind = actor.slice(0, colon);
  const rest = actor.slice(colon + 1);
  const name = rest.startsWith('default/')
    ? rest.slice('default/'.length)
    : rest;
  return { kind, name: name || kind };
}
