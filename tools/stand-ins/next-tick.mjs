// mqtt-packet asks for nextTick only to uncork a stream; ours cannot be corked.
export function nextTick() {
  throw new Error('nothing waits for a tick here');
}
