import Table from 'cli-table3'
import type { Command } from 'commander'
import { readConfig } from '../src/config.js'
import { examine } from './doctor/examine.js'
import type { Finding } from './doctor/findings.js'

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .option('--json', 'print { ok, findings: [{ check, state, found, advice }] }')
    .description('look at everything that the service needs; exit code 1 where something is wrong')
    .action(async ({ json }: { readonly json?: true }) => {
      const findings = await examine(readConfig())
      const isOk = findings.every(({ state }) => state !== 'problem')
      process.stdout.write(json ? `${JSON.stringify({ ok: isOk, findings })}\n` : `${tableOf(findings)}\n`)
      if (!isOk) process.exitCode = 1
    })
}

const MARKS = { ok: '✓', warning: '!', problem: '✗' } as const

function tableOf(findings: readonly Finding[]): string {
  const table = new Table({
    head: ['', 'check', 'found', 'what to do'],
    colWidths: [3, 17, 50, 60],
    wordWrap: true,
    style: { head: [], border: [] },
  })
  for (const { check, state, found, advice } of findings) table.push([MARKS[state], check, found, advice])
  return table.toString()
}
