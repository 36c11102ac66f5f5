// The handler may run on any thread, also while a scope ends. So what it reads is one atomic pointer, and what that points to is kept until
// the scope after the next one: long after any handler that saw it has returned.
#include "interrupt.h"

#include <atomic>
#include <csignal>

namespace trueno::cli {

namespace {

std::atomic<const Cancellation*> g_running = nullptr;
std::atomic<bool> g_interrupted = false;
std::shared_ptr<Cancellation> g_kept[2];

void on_interrupt(int) {
  g_interrupted.store(true);
  if (const Cancellation* running = g_running.load()) running->cancel();
}

}  // namespace

void Interrupts::install() {
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = 0;  // not SA_RESTART: reading a line is to be interrupted
  sigaction(SIGINT, &action, nullptr);
}

Interrupts::Scope::Scope() : cancellation_(std::make_shared<Cancellation>()) {
  g_interrupted.store(false);
  g_running.store(cancellation_.get());
}

Interrupts::Scope::~Scope() {
  g_running.store(nullptr);
  g_kept[1] = std::move(g_kept[0]);
  g_kept[0] = cancellation_;
}

bool Interrupts::pending() { return g_interrupted.load(); }
bool Interrupts::take() { return g_interrupted.exchange(false); }

}  // namespace trueno::cli
