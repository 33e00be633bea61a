import type { Agent } from 'node:http';

/** What makes the requests of one origin. */
export interface Route {
  readonly http: typeof import('node:http') | typeof import('node:https');
  /** Keeps connections open between requests. */
  readonly agent: Agent;
  /** Host and port of the proxy that it leads through. */
  readonly proxy: string | undefined;
}

/**
 * How to get to a URL. TLS, and the code for proxies, are loaded only where they are needed. The proxy variables are
 * read once for each origin.
 * @throws TypeError when the variable that names the proxy isn't a URL of one
 */
export function routeTo(url: URL): Promise<Route> {
  let route = routes.get(url.origin);
  if (route === undefined) {
    route = findRoute(url);
    routes.set(url.origin, route);
  }
  return route;
}

const routes = new Map<string, Promise<Route>>();

/** Shared by all requests that take no proxy. */
let plainAgent: Agent | undefined;
let tlsAgent: Agent | undefined;

async function findRoute(url: URL): Promise<Route> {
  const secure = url.protocol === 'https:';
  const proxy = proxyVariables().length > 0 ? await proxyOf(url) : '';
  if (proxy !== '') return throughProxy(proxy, secure);
  if (secure) {
    const https = await import('node:https');
    tlsAgent ??= new https.Agent({ keepAlive: true });
    return { http: https, agent: tlsAgent, proxy: undefined };
  }
  const http = await import('node:http');
  plainAgent ??= new http.Agent({ keepAlive: true });
  return { http, agent: plainAgent, proxy: undefined };
}

async function proxyOf(url: URL): Promise<string> {
  // @ts-expect-error: it has no types
  const { getProxyForUrl } = await import('proxy-from-env');
  const proxy: string = getProxyForUrl(url.href);
  // One without a protocol was given the URL's; but a proxy is asked over http, unless its variable says otherwise.
  const given = proxy.slice(`${url.protocol}//`.length);
  return proxyVariables().includes(given) ? `http://${given}` : proxy;
}

async function throughProxy(proxy: string, secure: boolean): Promise<Route> {
  const { protocol, host } = URL.canParse(proxy) ? new URL(proxy) : { protocol: '', host: '' };
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(`a proxy variable names no http proxy${protocol && `, but one of ${protocol}//`}`);
  }
  if (secure) {
    const [https, { HttpsProxyAgent }] = await Promise.all([
      import('node:https'),
      import('https-proxy-agent'),
    ]);
    return { http: https, agent: new HttpsProxyAgent(proxy, { keepAlive: true }), proxy: host };
  }
  const [http, { HttpProxyAgent }] = await Promise.all([import('node:http'), import('http-proxy-agent')]);
  return { http, agent: new HttpProxyAgent(proxy, { keepAlive: true }), proxy: host };
}

/** The values of those that are set. */
function proxyVariables(): string[] {
  return ['http_proxy', 'https_proxy', 'all_proxy']
    .flatMap((name) => [process.env[name], process.env[name.toUpperCase()]])
    .filter((value) => value !== undefined && value !== '') as string[];
}
