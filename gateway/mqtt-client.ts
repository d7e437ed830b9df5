import { connect, type MqttClient } from 'mqtt';

/** How long a gateway waits before it connects again, in milliseconds. */
const RECONNECT_MS = 1_000;

export interface GatewayClientOptions {
  /** `mqtt://host:port` or `mqtts://…`, with user and password in it where the broker wants them. */
  readonly url: string;
  /** The broker keeps messages under this name while the gateway is away. */
  readonly clientId: string;
  /**
   * Stores one message. Acknowledged only when it returns; when it throws, the connection is closed, so that the
   * broker delivers again.
   */
  readonly onMessage: (topic: string, payload: Uint8Array) => void;
  /** Says what happens to the connection. */
  readonly onStatus: (text: string) => void;
  readonly reconnectMs?: number;
}

/** A running subscription. */
export interface GatewayClient {
  readonly connected: boolean;
  /** Publishes at quality of service 1, not retained. What cannot be sent is lost: the node asks again. */
  publish(topic: string, payload: Uint8Array): void;
  close(): Promise<void>;
}

/** Subscribes to all nodes with a session that the broker keeps, and feeds every message to `onMessage`. */
export function connectGateway(options: GatewayClientOptions): GatewayClient {
  const { url, clientId, onMessage, onStatus, reconnectMs = RECONNECT_MS } = options;
  const client: MqttClient = connect(url, {
    clientId,
    clean: false,
    reconnectPeriod: reconnectMs,
    resubscribe: false,
    protocolVersion: 4,
  });
  client.handleMessage = (packet, done) => {
    try {
      if (packet.cmd === 'publish') onMessage(packet.topic, Buffer.from(packet.payload));
      done();
    } catch (error) {
      onStatus(`not stored, the broker will deliver it again: ${(error as Error).message}`);
      done(error as Error);
      client.stream.destroy();
    }
  };
  client.on('connect', ({ sessionPresent }) => {
    // The broker keeps the subscription. To subscribe again would bring the retained births before what has waited.
    if (sessionPresent) return onStatus('connected');
    client.subscribe('m/+/+', { qos: 1 }, (error) =>
      onStatus(error ? `not subscribed: ${error.message}` : 'connected'),
    );
  });
  client.on('error', (error) =>
    onStatus(`broker: ${error.message || (error as Error & { code?: string }).code || 'unreachable'}`),
  );
  client.on('offline', () => onStatus('offline, trying again'));
  return {
    get connected() {
      return client.connected;
    },
    publish: (topic, payload) => {
      if (!client.connected) return onStatus('not connected, a reply is lost until the node asks again');
      client.publish(topic, Buffer.from(payload), { qos: 1 }, (error) => {
        if (error) onStatus(`a reply was not sent: ${error.message}`);
      });
    },
    close: () => client.endAsync(),
  };
}
