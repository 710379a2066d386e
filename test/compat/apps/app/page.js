export default function Page() {
  return <p>The journey is at /journey</p>;
}
