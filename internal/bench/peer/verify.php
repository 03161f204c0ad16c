<?php
// Decides about the value of a certificate header, so many times: decodes,
// parses, checks dates and both signatures. No list.
//   php verify.php HEADER ROOT TIMES
[, $header, $root, $times] = $argv;
$value = file_get_contents($header);
$root = openssl_x509_read(file_get_contents($root));
$rootKey = openssl_pkey_get_public($root);
$authority = openssl_x509_parse($root);

function decide(string $value, array $authority, $rootKey): bool
{
    preg_match_all('/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/s', rawurldecode($value), $blocks);
    [$leaf, $issuing] = array_map('openssl_x509_read', $blocks[0]);
    $names = [openssl_x509_parse($leaf), openssl_x509_parse($issuing)];
    foreach ($names as $name) {
        if (time() < $name['validFrom_time_t'] || time() > $name['validTo_time_t']) {
            return false;
        }
    }
    return $names[0]['issuer'] == $names[1]['subject'] && $names[1]['issuer'] == $authority['subject']
        && str_contains($names[0]['extensions']['extendedKeyUsage'], 'TLS Web Client Authentication')
        && openssl_x509_verify($leaf, openssl_pkey_get_public($issuing)) === 1
        && openssl_x509_verify($issuing, $rootKey) === 1;
}

$walls = [];
for ($i = 0; $i < (int) $times; $i++) {
    $begun = hrtime(true);
    if (!decide($value, $authority, $rootKey)) {
        fwrite(STDERR, "refused\n");
        exit(1);
    }
    $walls[] = hrtime(true) - $begun;
}
sort($walls);
echo json_encode(['wall' => $walls[intdiv(count($walls), 2)]]), "\n";
