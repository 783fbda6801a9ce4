# The worker. `npm run worker-image` puts this file and what it copies into .local/worker-image, which is the build's context; `cdk deploy`
# builds that. By hand:
#
#   npm run worker-image && docker build --platform linux/arm64 .local/worker-image
#
# One file of JavaScript, made of src/worker/main.ts, and no packages: what is not here need not be patched.
FROM public.ecr.aws/docker/library/node:24-alpine
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn*
WORKDIR /worker
# What the installation brings of its own, municipality profiles and authorities: `npm run synth` puts those of an environment there.
COPY files files
COPY worker.mjs worker.mjs.map ./
# As src/worker/node-options.ts has them; a test compares.
ENV NODE_ENV=production NODE_OPTIONS="--max-old-space-size=160 --max-semi-space-size=4"
USER node
# Node itself and no shell, so that SIGTERM reaches it.
ENTRYPOINT ["node", "--enable-source-maps", "worker.mjs"]
