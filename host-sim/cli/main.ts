import { Command } from 'commander';
import { checkCommand } from './check.js';
import { checklistCommand } from './checklist.js';
import { demoCommand } from './demo.js';
import { detectCommand } from './detect.js';
import { errorText, UserError } from './errors.js';
import { gatewayCommand } from './gateway.js';
import { nodeCommand } from './node.js';
import { fleetCommand } from './fleet.js';
import { simCommand } from './sim.js';

const program = new Command('mamori')
  .description('Sealed, self-watching sensor nodes: simulator, gateway, provisioning.')
  .version('0.1.0')
  .showHelpAfterError('(add --help for what is possible)')
  .addCommand(demoCommand())
  .addCommand(simCommand().addCommand(fleetCommand()).addCommand(checkCommand()))
  .addCommand(gatewayCommand())
  .addCommand(nodeCommand())
  .addCommand(checklistCommand())
  .addCommand(detectCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`mamori: ${errorText(error)}\n`);
  if (!(error instanceof UserError) && process.env.MAMORI_DEBUG !== undefined) console.error(error);
  process.exitCode = 1;
}
