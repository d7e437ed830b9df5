/**
 * A gateway in your own program: opens what registered nodes send and hands every reading to your code.
 * Usage: main.ts mqtt://127.0.0.1:1883 gateway.sqlite
 */
import { connectGateway, GatewayCore, Store, type GatewayEvent } from 'mamori/gateway';

function onReading({ nodeId, sensor, utcMs, values }: Extract<GatewayEvent, { type: 'reading' }>): void {
  const time = new Date(utcMs).toISOString();
  for (const { channel, value, unit } of values)
    console.log(`${time} ${nodeId} ${sensor} ${channel} ${value} ${unit}`);
}

const [url = 'mqtt://127.0.0.1:1883', path = 'gateway.sqlite'] = process.argv.slice(2);
const store = new Store(path);
const core = new GatewayCore(store);
const client = connectGateway({
  url,
  clientId: 'my-gateway',
  // What throws here is not acknowledged, and comes again.
  onMessage: (topic, payload) => {
    for (const event of core.receive(topic, payload, Date.now()))
      if (event.type === 'reading') onReading(event);
  },
  onStatus: (text) => console.error(text),
});
process.once('SIGINT', () => void client.close().then(() => store.close()));
