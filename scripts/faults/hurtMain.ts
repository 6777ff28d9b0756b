/** A process of the engine role whose surroundings are hurt as its argument says (a `Hurt` as JSON). */
import { runBareEngine } from '../bareEngine.js'
import { type Hurt, hurtConnections } from './hurt.js'

const hurt = JSON.parse(process.argv[2] ?? '{}') as Hurt
await runBareEngine({ around: (connections, announcer) => hurtConnections(connections, hurt, announcer) })
