/* SPDX-License-Identifier: 0BSD */
/* latency: the larger a number, the sooner its spike; none at the low end. */
static void
latency (const latency_shape *s, const float *x, float *y)
{
  float low = s->low, high = s->high, scale, shift;

  for (int i = 0; i < s->n && s->each; i++)
    {
      low = i == 0 || x[i] < low ? x[i] : low;
      high = i == 0 || x[i] > high ? x[i] : high;
    }
  scale = high > low ? 1 / (high - low) : 0;
  shift = high > low ? -low / (high - low) : 0;
  for (int i = 0; i < s->n; i++)
    {
      const float raw = scale * x[i] + shift;
      const float value = raw < 0 ? 0 : raw > 1 ? 1 : raw;
      const int at = value > 0 ? (int) rintf ((float) (s->t - 1) * (1 - value)) : s->t;

      for (int t = 0; t < s->t; t++)
        y[t * s->n + i] = t == at ? 1 : 0;
    }
}

/* spikes: leaky integrate-and-fire neurons; state is room for 4 u numbers, v may be NULL. */
static void
spikes (const spikes_shape *s, const float *x, const float *weight, const float *decays,
        const float *thresholds, float *y, float *v, float *state)
{
  float *rest = state, *current = state + s->u, *adapted = current + s->u, *pause = adapted + s->u;

  for (int i = 0; i < 4 * s->u; i++)
    state[i] = 0;
  for (int t = 0; t < s->t; t++)
    for (int i = 0; i < s->u; i++)
      {
        const int at = t * s->u + i, live = !(pause[i] > 0);
        const float decay = decays != NULL ? decays[i] : s->decay;
        const float threshold = thresholds != NULL ? thresholds[i] : s->threshold;
        float now = rest[i], heard = x[at], fires;

        for (int j = 0; j < s->u && t > 0 && weight != NULL; j++)
          heard += weight[i * s->u + j] * y[(t - 1) * s->u + j];
        current[i] = s->synapse * current[i] + heard;
        adapted[i] = s->adapt_decay * adapted[i] + (t > 0 ? y[(t - 1) * s->u + i] : 0);
        if (live)
          now = decay * rest[i] + (s->scaled ? 1 - decay : 1) * current[i];
        fires = live && !s->silent && now - threshold - s->adapt_jump * adapted[i] > 0 ? 1 : 0;
        pause[i] = fires > 0 ? (float) s->pause : pause[i] - 1;
        rest[i] = now - fires * (s->to_zero ? now : s->by_threshold ? threshold : 0);
        y[at] = fires;
        if (v != NULL)
          v[at] = now;
      }
}

/* conductance: neurons that are pulled to two potentials; state is room for 4 u numbers, v, e and i may be NULL. */
static void
conductance (const conductance_shape *s, const float *excites, const float *inhibits,
             const float *current, float *y, float *v, float *e, float *i, float *state)
{
  float *rest = state, *pause = state + s->u, *g_e = pause + s->u, *g_i = g_e + s->u;

  for (int k = 0; k < 4 * s->u; k++)
    state[k] = 0;
  for (int t = 0; t < s->t; t++)
    for (int k = 0; k < s->u; k++)
      {
        const int at = t * s->u + k, live = !(pause[k] > 0);
        float now = rest[k], g, end;

        g_e[k] = s->decay_e * g_e[k] + (excites[at] > 0 ? excites[at] : 0);
        g_i[k] = s->decay_i * g_i[k] - (inhibits[at] < 0 ? inhibits[at] : 0);
        g = 1 + g_e[k] + g_i[k];
        end = (g_e[k] * s->reversal_e + g_i[k] * s->reversal_i + (current != NULL ? current[k] : 0))
              / g;
        if (live)
          now = end + (rest[k] - end) * expf (-s->step * g);
        y[at] = live && now > s->threshold ? 1 : 0;
        pause[k] = y[at] > 0 ? (float) s->pause : pause[k] - 1;
        rest[k] = y[at] > 0 ? s->reset : now;
        if (v != NULL)
          v[at] = now;
        if (e != NULL)
          e[at] = g_e[k];
        if (i != NULL)
          i[at] = g_i[k];
      }
}

/* rivals: who is farthest above its threshold fires and holds all others down; state is room for 2 u numbers. */
static void
rivals (const rivals_shape *s, const float *x, const float *raised, float *y, float *v,
        float *state)
{
  float *rest = state, *pause = state + s->u;

  for (int i = 0; i < 2 * s->u; i++)
    state[i] = 0;
  for (int t = 0; t < s->t; t++)
    {
      int winner = -1;
      float most = 0;

      for (int i = 0; i < s->u; i++)
        {
          const int live = !(pause[i] > 0);
          const float now = s->decay * rest[i] + (live ? x[t * s->u + i] : 0);
          const float above = now - (s->threshold + raised[i]);

          rest[i] = now;
          pause[i] -= 1;
          y[t * s->u + i] = 0;
          if (v != NULL)
            v[t * s->u + i] = now;
          if (live && above > most)
            {
              most = above;
              winner = i;
            }
        }
      if (winner < 0)
        continue;
      for (int i = 0; i < s->u; i++)
        rest[i] = (rest[i] > 0 ? rest[i] : 0) - s->inhibition;
      rest[winner] = 0;
      pause[winner] = (float) s->pause;
      y[t * s->u + winner] = 1;
    }
}

/* moment_largest: of each number the largest of all moments. */
static void
moment_largest (const moments_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    {
      y[i] = x[i];
      for (int t = 1; t < s->t; t++)
        if (x[t * s->n + i] > y[i])
          y[i] = x[t * s->n + i];
    }
}

/* moment_first: the same of numbers that count for less the later they come. */
static void
moment_first (const moments_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    {
      y[i] = x[i];
      for (int t = 1; t < s->t; t++)
        {
          const float value = (float) (s->t - t) / (float) s->t * x[t * s->n + i];

          y[i] = value > y[i] ? value : y[i];
        }
    }
}

/* delay: every number comes `delays` moments later, between whole moments in proportion. */
static void
delay (const moments_shape *s, const float *x, const float *delays, float *y)
{
  for (int i = 0; i < s->n; i++)
    {
      const int whole = (int) delays[i];
      const float part = delays[i] - (float) whole;

      for (int t = 0; t < s->t; t++)
        y[t * s->n + i] = (t >= whole ? (1 - part) * x[(t - whole) * s->n + i] : 0)
                          + (t > whole ? part * x[(t - whole - 1) * s->n + i] : 0);
    }
}

/* plastic: what a synapse passes on of each spike. */
static void
plastic (const plastic_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    {
      float u = 0, at_hand = 1;

      for (int t = 0; t < s->t; t++)
        {
          const float spike = x[t * s->n + i];

          u *= s->facilitate;
          at_hand = 1 - (1 - at_hand) * s->recover;
          u += s->use * (1 - u) * spike;
          y[t * s->n + i] = u * at_hand * spike / s->use;
          at_hand -= u * at_hand * spike;
        }
    }
}

/* changes: 1 where a number rose by the threshold since the moment before, -1 where it fell. */
static void
changes (const changes_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    {
      y[i] = 0;
      for (int t = 1; t < s->t; t++)
        {
          const float change = x[t * s->n + i] - x[(t - 1) * s->n + i];

          y[t * s->n + i] = change >= s->threshold               ? 1
                            : s->both && change <= -s->threshold ? -1
                                                                 : 0;
        }
    }
}

/* winners: the k largest of each row, of equal ones the first; the others become 0. */
static void
winners (const winners_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    {
      const int place = i / s->per % s->row;
      const float *row = x + i - place * s->per;
      int ahead = 0;

      for (int j = 0; j < s->row; j++)
        ahead += row[j * s->per] > x[i] || (j < place && !(row[j * s->per] < x[i]));
      y[i] = ahead < s->k ? x[i] : 0;
    }
}

/* log_shares: numbers become the logarithms of their shares of all. */
static void
log_shares (const each_shape *s, const float *x, float *y)
{
  float all = 0;

  for (int i = 0; i < s->n; i++)
    all += x[i];
  for (int i = 0; i < s->n; i++)
    y[i] = logf (x[i] / all > 1e-12f ? x[i] / all : 1e-12f);
}
