// The part of Node's EventEmitter that mqtt-packet's parser uses.
export class EventEmitter {
  #listeners = {};

  on(name, listener) {
    (this.#listeners[name] ??= []).push(listener);
    return this;
  }

  emit(name, ...values) {
    for (const listener of this.#listeners[name] ?? []) listener(...values);
    return true;
  }
}
