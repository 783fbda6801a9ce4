import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { only, resources, templatesOf } from './synthesized.ts';

const page = mkdtempSync(join(tmpdir(), 'nfse-ledger-page-'));
writeFileSync(join(page, 'index.html'), '<!doctype html>');
afterAll(() => rmSync(page, { recursive: true, force: true }));

let template: Template;
beforeAll(() => {
  ({ web: template } = templatesOf('prod', page));
});

const distribution = () => only(template, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;

/** The code of an edge function, as CloudFront calls it. */
function edge(named: RegExp): (uri: string) => string {
  const { FunctionCode } = only(template, 'AWS::CloudFront::Function', named).Properties;
  const handler = new Function(`${FunctionCode}; return handler;`)();
  return (uri) => handler({ request: { uri } }).uri;
}

describe('the web page', () => {
  it('lies in a private bucket that CloudFront alone may read', () => {
    const { PublicAccessBlockConfiguration } = only(template, 'AWS::S3::Bucket').Properties;
    expect(Object.values(PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    template.hasResourceProperties('AWS::CloudFront::OriginAccessControl', {
      OriginAccessControlConfig: Match.objectLike({ SigningBehavior: 'always', SigningProtocol: 'sigv4' }),
    });
  });

  it('speaks TLS 1.2 at least, and is behind a firewall', () => {
    expect(distribution().ViewerCertificate.MinimumProtocolVersion).toBe('TLSv1.2_2021');
    expect(distribution().WebACLId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Firewall/), 'Arn'] });
    template.hasResourceProperties('AWS::WAFv2::WebACL', { Scope: 'CLOUDFRONT' });
  });

  it('tells browsers to be strict', () => {
    const { SecurityHeadersConfig, CustomHeadersConfig } = only(template, 'AWS::CloudFront::ResponseHeadersPolicy')
      .Properties.ResponseHeadersPolicyConfig;
    const text = JSON.stringify(SecurityHeadersConfig);
    for (const part of [
      "default-src 'self'",
      "frame-ancestors 'none'",
      "object-src 'none'",
      'https://api.nfse.example.com',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('unsafe');
    expect(SecurityHeadersConfig).toMatchObject({
      ContentTypeOptions: { Override: true },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer' },
      StrictTransportSecurity: { AccessControlMaxAgeSec: 63_072_000, IncludeSubdomains: true },
    });
    expect(CustomHeadersConfig.Items[0].Header).toBe('Permissions-Policy');
  });

  it.each([
    ['/', '/index.html'],
    ['/invoices/inv_1', '/index.html'],
    ['/assets/app-1a2b.js', '/assets/app-1a2b.js'],
  ])('asked for %s gives %s', (asked, given) => expect(edge(/SpaFallback/)(asked)).toBe(given));

  it.each([
    ['/api/invoices', '/invoices'],
    ['/api/companies/1/api/2', '/companies/1/api/2'],
  ])('asks the API, for %s, for %s', (asked, given) => expect(edge(/WithoutPrefix/)(asked)).toBe(given));

  it('keeps nothing of the API, and hands on every header but the host', () => {
    const [api] = distribution().CacheBehaviors;
    expect(api).toMatchObject({
      PathPattern: '/api/*',
      ViewerProtocolPolicy: 'https-only',
      // AWS's own policies: CachingDisabled, AllViewerExceptHostHeader.
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
    });
  });

  it('is put there with its files first, and asked for anew after that', () => {
    const deployments = resources(template, 'Custom::CDKBucketDeployment').map(([, { Properties }]) => Properties);
    expect(deployments.map(({ SystemMetadata }) => SystemMetadata['cache-control'])).toEqual([
      'public, max-age=31536000, immutable',
      'no-cache',
    ]);
    expect(deployments[1]?.DistributionPaths).toEqual(['/index.html', '/']);
  });
});
