/** The arrows of docs/architecture.md. `npm run check:arrows` fails on any other import. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$'] },
      to: {},
    },
    only('base-imports-nothing', '^src/base/', ['^src/base/']),
    only('ports-are-types', '^src/ports/', ['^src/(ports|base)/']),
    only('sample', '^src/sample/', ['^src/(sample|ports|base)/']),
    only('detect', '^src/detect/', ['^src/(detect|base)/']),
    only('wire', '^src/wire/', ['^src/(wire|base)/']),
    only('seal', '^src/seal/', ['^src/(seal|wire|base)/', 'node_modules/(tweetnacl|@noble/ciphers)']),
    only('pair', '^src/pair/', ['^src/(pair|seal|wire|pace|ports|base)/']),
    only('outbox', '^src/outbox/', ['^src/(outbox|base)/']),
    only('pace', '^src/pace/', ['^src/(pace|base)/']),
    only('link', '^src/link/', ['^src/(link|pace|ports|base)/', 'node_modules/mqtt-packet']),
    only('core-is-portable', '^src/', ['^src/', 'node_modules/(tweetnacl|mqtt-packet|@noble/ciphers)']),
    only('drivers-import-no-io', '^hal/drivers/', ['^hal/drivers/', '^src/(ports|sample|base)/']),
    only('boards-are-data', '^hal/boards/', ['^hal/boards/', '^hal/parts\\.ts$']),
    only('hal', '^hal/', ['^hal/', '^src/']),
    only('world-is-portable', '^host-sim/world/', ['^host-sim/world/', '^src/base/']),
    only('mcu-device-is-portable', '^mcu/device/', ['^mcu/device/', '^hal/', '^src/']),
    only('devices-are-portable', '^host-sim/devices/', ['^host-sim/(devices|world)/', '^src/base/']),
    {
      name: 'gateway-imports',
      severity: 'error',
      from: { path: '^gateway/' },
      to: { path: '^(src/(?!wire/|seal/|base/)|hal/|host-sim/)' },
    },
    {
      name: 'core-and-hal-never-see-the-simulator',
      severity: 'error',
      from: { path: '^(src|hal|gateway)/' },
      to: { path: '^(host-sim|test|bench|mcu)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.d.ts', '.js', '.json'] },
  },
};
