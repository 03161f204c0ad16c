// Decides about the value of a certificate header, so many times: decodes,
// parses, checks dates and both signatures. No list.
//   node verify.js HEADER ROOT TIMES
const { readFileSync } = require('node:fs');
const { X509Certificate } = require('node:crypto');

const [header, rootFile, times] = process.argv.slice(2);
const value = readFileSync(header, 'latin1');
const root = new X509Certificate(readFileSync(rootFile));
const rootKey = root.publicKey;

function decide() {
  const blocks = decodeURIComponent(value).match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g);
  const [leaf, issuing] = blocks.map((block) => new X509Certificate(block));
  const now = new Date();
  for (const cert of [leaf, issuing]) {
    if (now < new Date(cert.validFrom) || now > new Date(cert.validTo)) return false;
  }
  return leaf.checkIssued(issuing) && issuing.checkIssued(root) && leaf.keyUsage.includes('1.3.6.1.5.5.7.3.2') &&
    leaf.verify(issuing.publicKey) && issuing.verify(rootKey);
}

const walls = [];
for (let i = 0; i < Number(times); i++) {
  const begun = process.hrtime.bigint();
  if (!decide()) {
    console.error('refused');
    process.exit(1);
  }
  walls.push(Number(process.hrtime.bigint() - begun));
}
walls.sort((a, b) => a - b);
console.log(JSON.stringify({ wall: walls[Math.floor(walls.length / 2)] }));
