/** Writes all stored readings of a node as CSV. Usage: main.ts gateway.sqlite NODE > readings.csv */
import { Store } from 'mamori/gateway';

const [path = 'gateway.sqlite', nodeId = ''] = process.argv.slice(2);
const store = new Store(path);
if (store.node(nodeId) === undefined) {
  console.error(`no node "${nodeId}" in ${path}: "npx mamori gateway list --store ${path}" shows them`);
  process.exitCode = 1;
} else {
  console.log('timestamp,session,sensor,values');
  for (const { utcMs, session, sensor, values } of store.readings(nodeId)) {
    console.log(`${new Date(utcMs).toISOString()},${session},${sensor},${values.join(';')}`);
  }
}
store.close();
