/** Names that a module file may use, as blackbox_exporter has them. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Of the DNS library behind blackbox_exporter: with three that are no types. */
export const dnsTypes: ReadonlySet<string> = new Set(
  words(`
    A AAAA AFSDB AMTRELAY ANY APL ATMA AVC AXFR CAA CDNSKEY CDS CERT CNAME CSYNC DHCID DLV DNAME DNSKEY DS EID EUI48
    EUI64 GID GPOS HINFO HIP HTTPS IPSECKEY ISDN IXFR KEY KX L32 L64 LOC LP MAILA MAILB MB MD MF MG MINFO MR MX NAPTR
    NID NIMLOC NINFO NS NSAP-PTR NSEC NSEC3 NSEC3PARAM NULL NXNAME NXT None OPENPGPKEY OPT PTR PX RESINFO RKEY RP RRSIG
    RT Reserved SIG SMIMEA SOA SPF SRV SSHFP SVCB TA TALINK TKEY TLSA TSIG TXT UID UINFO UNSPEC URI X25 ZONEMD`),
);
export const dnsClasses: ReadonlySet<string> = new Set(words('IN CS CH HS NONE ANY'));

/** Headers that `http_headers` may not set. */
export const reservedHeaders: ReadonlySet<string> = new Set(
  words(`
    Authorization Host Content-Encoding Content-Length Content-Type User-Agent Connection Keep-Alive Proxy-Authenticate
    Proxy-Authorization Www-Authenticate Accept-Encoding X-Prometheus-Remote-Write-Version
    X-Prometheus-Remote-Read-Version X-Prometheus-Scrape-Timeout-Seconds X-Amz-Date X-Amz-Security-Token
    X-Amz-Content-Sha256`),
);

export const tlsVersions: ReadonlySet<string> = new Set(words('TLS10 TLS11 TLS12 TLS13'));

/** The form in which Go compares names of headers. */
export const canonicalHeader = (name: string): string =>
  /^[\w!#$%&'*+.^`|~-]+$/.test(name)
    ? name.toLowerCase().replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
    : name;
