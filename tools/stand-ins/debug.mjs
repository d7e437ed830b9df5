// `debug` that says nothing.
export default function debug() {
  return () => undefined;
}
