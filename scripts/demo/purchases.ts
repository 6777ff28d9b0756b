import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { WorkflowPlan } from '../workflows.js'
import type { OutsideEvent } from './publisher.js'

/** Columns of the file: `customer_id,date,cds,amount_usd`, gzipped or plain; one event a row. */
export function readPurchases(file: string, projectId: string): OutsideEvent[] {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const [header, ...rows] = text.trim().split('\n')
  if (header?.trim() !== 'customer_id,date,cds,amount_usd') {
    throw new Error(`${file}: expected the columns customer_id,date,cds,amount_usd, found "${header}"`)
  }
  return rows.map((row, index) => {
    const [customer, date, cds, amount] = row.trim().split(',')
    return {
      eventId: `row-${index + 1}`,
      projectId,
      name: 'purchased',
      email: `customer-${customer}@example.com`,
      data: { cds: Number(cds), amount: Number(amount) },
      occurredAt: `${date}T00:00:00.000Z`,
    }
  })
}

/** First purchase starts; big ones branch; a second purchase within the timeout ends the wait. */
export function purchasesWorkflow(timeoutS: number): WorkflowPlan {
  return {
    name: 'Second purchase',
    eventName: 'purchased',
    steps: {
      Big: {
        type: 'CONDITION',
        config: { field: 'event.amount', operator: 'greaterThanOrEqual', value: 50 },
      },
      'Mark big': { type: 'UPDATE_CONTACT', config: { data: { tier: 'big' } } },
      'Mark small': { type: 'UPDATE_CONTACT', config: { data: { tier: 'small' } } },
      Again: {
        type: 'WAIT_FOR_EVENT',
        config: { eventName: 'purchased', since: 'start', timeout: timeoutS },
      },
      'Came back': { type: 'EXIT', config: { reason: 'event' } },
      'Did not': { type: 'EXIT', config: { reason: 'timeout' } },
    },
    arrows: [
      ['trigger', 'Big'],
      ['Big', 'Mark big', 'yes'],
      ['Big', 'Mark small', 'no'],
      ['Mark big', 'Again'],
      ['Mark small', 'Again'],
      ['Again', 'Came back', 'event'],
      ['Again', 'Did not', 'timeout'],
    ],
  }
}
