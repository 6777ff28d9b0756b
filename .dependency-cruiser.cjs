// The room rules of ARCHITECTURE.md ("who may import whom"), one rule a room, and no cycles anywhere.
const room = (name, from, mayImport) => ({
  name,
  severity: 'error',
  comment: `${name}: may import ${mayImport.length === 0 ? 'nothing of ours' : mayImport.join(', ')}`,
  from: { path: from },
  to: { path: '^(src|consumers|producers|schemas|bin|scripts|bench|test)/', pathNot: [from, ...mayImport] },
})
const shared = ['^src/errors\\.ts$', '^src/events\\.ts$', '^src/within\\.ts$']

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans-to-tests', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
    room('workflow', '^src/workflow/', []),
    room('steps', '^src/steps/', ['^src/workflow/', '^src/effects/ports\\.ts$']),
    room('engine', '^src/engine/', ['^src/workflow/', '^src/steps/', '^src/effects/ports\\.ts$']),
    room('store', '^src/store/', ['^src/workflow/', ...shared]),
    room('tracing', '^src/tracing/', ['^src/workflow/', '^src/effects/ports\\.ts$']),
    room('effects', '^src/effects/', ['^src/workflow/', ...shared]),
    room('schemas', '^schemas/', ['^src/topology\\.ts$', '^src/workflow/', ...shared]),
    room('producers', '^producers/', [
      '^src/topology\\.ts$',
      '^src/workflow/',
      '^src/engine/',
      '^schemas/',
      ...shared,
    ]),
    room('api', '^src/api/', [
      '^src/workflow/',
      '^src/steps/',
      '^src/engine/',
      '^src/store/',
      '^src/effects/ports\\.ts$',
      '^producers/',
      ...shared,
    ]),
    {
      name: 'consumers-not-api',
      severity: 'error',
      from: { path: '^consumers/' },
      to: { path: '^(src/(api|main)|bin|scripts|bench|test)' },
    },
    {
      name: 'one-mongoose',
      severity: 'error',
      from: { pathNot: '^(src/store|test|bench|scripts)/' },
      to: { path: '^(mongoose|mongodb)$|node_modules/(mongoose|mongodb)/' },
    },
    {
      name: 'one-json-logic',
      severity: 'error',
      from: { pathNot: '^(src/workflow/rule\\.ts$|test/)' },
      to: { path: 'node_modules/json-logic-js/' },
    },
    {
      name: 'one-kafkajs',
      severity: 'error',
      from: { pathNot: '^(producers/client\\.ts|producers/kafka|consumers/run|test/|bench/|scripts/)' },
      to: { path: 'node_modules/kafkajs/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
}
