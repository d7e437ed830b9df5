import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import QRCode from 'qrcode';
import { toBase32 } from '../../src/base/bytes.js';
import { CLAIM_FLASH_NAME, decodeClaim, encodeClaim } from '../../src/pair/flash.js';
import { CLAIM_SECRET_BYTES, claimText, type Claim } from '../../src/seal/claim.js';
import { readFlashFile, writeFlashFile } from '../run/flash-file.js';
import { UserError } from './errors.js';

interface ClaimOptions {
  readonly flash: string;
  readonly gateway: string;
  readonly png?: string;
  readonly json: boolean;
}

/** The claim of a flash file that is there. @throws {UserError} when it holds none any more. */
function readClaim(path: string): Claim {
  const { nodeId, flash } = readFlashFile(path);
  const value = flash.get(CLAIM_FLASH_NAME);
  const claim = value && decodeClaim(value, nodeId);
  if (claim === undefined)
    throw new UserError(
      `${path}: node ${nodeId} has a root key and no claim: it is paired or provisioned already`,
    );
  return claim;
}

function makeClaim(path: string, gatewayId: string): Claim {
  const claim = { nodeId: toBase32(randomBytes(5)), secret: randomBytes(CLAIM_SECRET_BYTES) };
  const flash = new Map([[CLAIM_FLASH_NAME, encodeClaim(claim)]]);
  writeFlashFile(path, { nodeId: claim.nodeId, gatewayId, flash }, 'wx');
  return claim;
}

/** Shows the claim of a node, and makes node and claim first when the flash file is not there. */
async function showClaim({ flash: path, gateway, png, json }: ClaimOptions): Promise<void> {
  const isNew = !existsSync(path);
  const claim = isNew ? makeClaim(path, gateway) : readClaim(path);
  const text = claimText(claim);
  if (png !== undefined) await QRCode.toFile(png, text, { type: 'png', errorCorrectionLevel: 'M', scale: 8 });
  if (json) return console.log(JSON.stringify({ nodeId: claim.nodeId, claim: text, flash: path, isNew }));
  console.log(await QRCode.toString(text, { type: 'utf8', errorCorrectionLevel: 'M' }));
  console.log(
    `node ${claim.nodeId}${isNew ? `, made in ${path}` : ''}; whoever reads this can pair it, once:\n\n  ${text}\n`,
  );
  if (png !== undefined) console.log(`QR code in ${png}`);
}

/** `mamori node claim` */
export function claimCommand(): Command {
  return new Command('claim')
    .description('make or show the claim that pairs a node once, as text and QR code')
    .option('--flash <file>', "the node's flash values; made when it is not there", 'node-flash.json')
    .option('--gateway <id>', 'the id of the gateway that a new node will belong to', 'gateway')
    .option('--png <file>', 'write the QR code as PNG, for a label')
    .option('--json', 'print the claim as JSON', false)
    .action(showClaim);
}
