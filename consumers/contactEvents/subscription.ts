export { subscriptionEvent } from '../../src/engine/subscriptionEvent.js'
